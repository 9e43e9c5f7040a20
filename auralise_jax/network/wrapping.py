"""`aj.wrap`: anyone's JAX network as a model that can be listened to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of
from auralise_jax.frontend import AnyFrontend
from auralise_jax.network.examples import example_pictures
from auralise_jax.network.model import Model
from auralise_jax.network.modules import Function, as_function
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.rules import Rule
from auralise_jax.network.task import TASKS, Task
from auralise_jax.network.traced import TracedNetwork

CHANGES: dict[str, Callable[[Array], Array]] = {
    "picture[..., None]": lambda x: x[..., None],
    "picture[None]": lambda x: x[None],
    "picture[None, ..., None]": lambda x: x[None, ..., None],
    "picture[None, None]": lambda x: x[None, None],
    "picture.T": lambda x: x.T,
    "picture.T[..., None]": lambda x: x.T[..., None],
    "picture.T[None]": lambda x: x.T[None],
    "picture.T[None, ..., None]": lambda x: x.T[None, ..., None],
    "picture.T[None, None]": lambda x: x.T[None, None],
}
"""What a network may want in the place of a picture (freq, time)."""


def wrap(
    fn: Any,
    *,
    frontend: AnyFrontend,
    params: PyTree = None,
    call: str | None = None,
    example: Clip | Float[Array | np.ndarray, "..."] | None = None,
    layers: Sequence[str] | Mapping[str, str] | None = None,
    allow: Mapping[str, Rule | str] | None = None,
    classes: Sequence[str] = (),
    task: Task | None = None,
    name: str | None = None,
    none_below: float = 0.0,
) -> Model:
    """Make a model of a JAX network, so that its features can be heard.

    Parameters
    ----------
    fn : function or module
        The network, in evaluation mode, from one picture (freq, time), without a batch, to scores:

        - a function of a picture, or of `params` and a picture;
        - an `nnx` module or an Equinox module, or a method of one;
        - a `linen` module, with its variables as `params`;
        - what Haiku's `transform` returns, with its `params` (and of `transform_with_state` the
          pair of params and state).
    frontend : AnyFrontend
        How a clip becomes a picture: as when the network was trained.
    params : pytree, optional
        The network's weights. An `nnx` or Equinox module counts as one:
        ``aj.wrap(lambda net, x: net(x[None, ..., None])[0], params=net, frontend=...)``.
    call : str, optional
        The method of a module that is called, instead of the module itself.
    example : Clip or array, optional
        A sound, or a picture, to try the network with, and to estimate BatchNorm's statistics on in
        a control (on the first 16 windows of a sound). If not given, it is tried with a shipped
        clip, and they are estimated on the first window of each of these. A file does not keep the
        example: what is loaded from one has the shipped clips.
    layers : list of str, or dict of str to str, optional
        Which layers to keep, and, in a dict, what to call them. If not given: those marked by
        `aj.tap`; if there are none, those that are found.
    allow : mapping, optional
        What comes back through activations that no rule was made for, such as ``{"elu": "relu"}``;
        see `with_rule`.
    classes : sequence of str, optional
        One name per score.
    task : {"classes", "tags", "tempo", "pitch"}, optional
        What scores say; see `Model`. Scores are what comes before a softmax (of classes) or a
        sigmoid (of tags). If not given, a single score is that of a tag, and several are classes.
    name : str, optional
        What panels call the model; the function's or the module's own name, if not given.
    none_below : float
        The largest probability of a class below which "none of these" is said; see `Model`.

    Returns
    -------
    Model
        ``print(model)`` shows the layers, what each consists of, and what cannot be projected.

    Raises
    ------
    UnsupportedOperation
        If the network looks at values while it is traced, or is in training mode.
    ValueError
        If the network takes no picture (the message says how to write it so that it does), makes
        NaN of the example, computes in another precision than float32, or returns no list of
        scores although there are classes; if there is no layer, or none of a name in `layers`; if
        the example does not fit the front end.
    TypeError
        If `fn` cannot be called, or the example is neither a clip nor a picture.

    Notes
    -----
    A layer is found where a convolution or a dense step has a kernel that is a weight, and goes on
    to the last affine or pooling operation before the next such step or a branch. It is called by
    the path of its kernel ("blocks.0.conv"); in a function that has captured its weights "conv1",
    "dense1". Maps may be transposed or batched: which of their axes is frequency and which is time
    follows from what their cells see. Layers whose cells lie along neither are left out, unless
    `layers` names them; their maps have one cell.

    Weights are converted to float32. What counts as a weight in a control (`aj.random_model`):
    with a pytree of parameters, its real numbers. Kernels are drawn anew, biases become 0, means
    and variances of BatchNorm are estimated on the example; scales stay, as does what the function
    has captured, such as the matrix of a front end. Of a function without `params` every array
    that it has captured counts, and only kernels and biases are known.

    Examples
    --------
    >>> import jax, auralise_jax as aj
    >>> from flax import nnx
    >>> class Net(nnx.Module):
    ...     def __init__(self, rngs: nnx.Rngs) -> None:
    ...         self.conv1 = nnx.Conv(1, 8, (3, 3), rngs=rngs)
    ...         self.conv2 = nnx.Conv(8, 16, (3, 3), rngs=rngs)
    ...         self.head = nnx.Linear(16, 2, rngs=rngs)
    ...     def __call__(self, picture):
    ...         x = nnx.max_pool(nnx.relu(self.conv1(picture[..., None])), (2, 2), (2, 2))
    ...         return self.head(nnx.relu(self.conv2(x)).mean((0, 1)))
    >>> front = aj.Frontend(sample_rate=4000, n_fft=128, hop_length=64, duration=1.0)
    >>> model = aj.wrap(Net(nnx.Rngs(0)), frontend=front, classes=("voice", "no voice"))
    >>> heard = aj.listen(model, aj.example_clips()["bach"])
    >>> heard.project("conv2", 3).auralise()
    <Auralised 'Bach, Prelude in C, feature 2-3, deconvnet': 1.00 s at 4000 Hz>
    """
    if not isinstance(frontend, AnyFrontend) or isinstance(frontend, type):
        raise TypeError(
            "frontend must be a front end, such as aj.Frontend() or aj.LogMel(), not "
            f"{frontend!r:.80}"
        )
    if task is not None:
        one_of("task", task, TASKS)
    function = as_function(fn, params, call)
    picture, pictures = example_pictures(frontend, example)
    try:
        network = TracedNetwork(
            function.call,
            picture,
            function.weights,
            layers=layers,
            allow=allow,
            pictures=pictures,
        )
    except UnsupportedOperation:
        raise
    except Exception as error:
        if (message := _unbatched(function, picture, error)) is None:
            raise
        raise ValueError(message) from error
    _check_precision(network)
    _check_scores(network, function, classes)
    names = tuple(classes) or tuple(f"output {n}" for n in range(network.outputs_count))
    task = task or ("tags" if len(names) == 1 else "classes")
    called = name or function.name
    return Model(network, frontend, names, name=called, task=task, none_below=none_below)


def _unbatched(function: Function, picture: Array, error: Exception) -> str | None:
    """Return how to write a network that takes something else than a picture, if that helps."""

    def made(change: Callable[[Array], Array]) -> Any:
        given = () if function.weights is None else (function.weights,)
        try:
            return jax.eval_shape(lambda one: function.call(*given, change(one)), picture)
        except UnsupportedOperation:  # the module is in training mode
            raise
        except Exception:  # whatever a network raises where it is given something else
            return None

    if made(lambda one: one) is not None:
        return None
    found = {text: one for text, change in CHANGES.items() if (one := made(change)) is not None}
    scores = [text for text, one in found.items() if _is_scores(one) or _is_batch(one)]
    if not found:
        return None
    text = [*scores, *found][0]
    said = str(error).strip().split("\n")[0].rstrip(".")
    return (
        f"{function.name} cannot be called with a picture of shape {picture.shape} ({said}); "
        f"write it as {function.written(text, _is_batch(found[text]))}"
    )


def _check_precision(network: TracedNetwork) -> None:
    for step in network.program.steps:
        for value in step.outputs:
            floating = value.depends and jnp.issubdtype(value.dtype, jnp.floating)
            if floating and value.dtype != jnp.float32:
                where = f"{step.place}: " if step.place else ""
                raise ValueError(
                    f"{where}{step.name} computes in {value.dtype}, and switches and projections "
                    "need float32; make the network with dtype=float32 (its weights may be of any)"
                )


def _check_scores(network: TracedNetwork, function: Function, classes: Sequence[str]) -> None:
    if network.outputs_count:
        return
    picture = jnp.zeros(network.picture_shape, jnp.float32)
    made = jax.eval_shape(network.forward, picture).outputs
    if _is_batch(made):
        raise ValueError(
            f"{function.name} returns scores of shape {made.shape}, those of a batch; write it as "
            f"{function.written('picture', batch=True)}"
        )
    if classes:
        shapes = jax.tree.map(lambda one: one.shape, made)
        kind = f" and dtype {made.dtype}" if _is_scores(made) else ""
        raise ValueError(
            f"{function.name} returns arrays of shape {shapes}{kind}, not one score for each of "
            f"{len(classes)} classes; return one array of one axis, or leave classes out"
        )


def _is_scores(made: Any) -> bool:
    return isinstance(made, jax.ShapeDtypeStruct) and len(made.shape) == 1


def _is_batch(made: Any) -> bool:
    return isinstance(made, jax.ShapeDtypeStruct) and len(made.shape) == 2 and made.shape[0] == 1
