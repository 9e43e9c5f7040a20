"""What students write into the course's exercises, and what the checks must say to it."""

from collections.abc import Callable
from typing import Any

import nbformat
from course import solution, tagged


def swap(before: str, after: str) -> Callable[[str], str]:
    """Return an edit that spoils a solution in one place."""

    def edit(code: str) -> str:
        assert code.count(before) == 1, (before, code)
        return code.replace(before, after)

    return edit


# What is typically written instead, by notebook and exercise, and a part of what the check must
# say to it.
WRONG: dict[str, dict[int, list[tuple[Callable[[str], str], str]]]] = {
    "03": {
        1: [
            (
                swap('if rule != "deconvnet":', "if True:"),
                "deconvnet: .* What you wrote is the guided rule",
            ),
            (
                swap('if rule != "deconvnet":', 'if rule == "gradient":'),
                "guided: .* What you wrote is the deconvnet rule",
            ),
            (swap('if rule != "gradient":', "if True:"), "gradient: .* is the guided rule"),
            (swap("return (g,)", "return g"), "return a tuple with one entry"),
        ],
        2: [
            (
                swap("windows.argmax(axis=-1)", "3 - windows[..., ::-1].argmax(axis=-1)"),
                "ties go to the first place, .* yours went to the last",
            ),
            (swap("(0, 2, 4, 1, 3)", "(0, 2, 4, 3, 1)"), "place 2, you say 1"),
            (
                swap("x[: 2 * freq, : 2 * time]", "x"),
                "drop the odd last row and column first",
            ),
        ],
        3: [
            (
                swap("switches[..., None] == jnp.arange(4)", "jnp.full(4, True)"),
                "that is upsampling",
            ),
            (
                swap(
                    "jnp.pad(spread, [(0, shape[0] - 2 * freq), (0, shape[1] - 2 * time), (0, 0)])",
                    "spread",
                ),
                "3 x 3 must come back, not 2 x 2",
            ),
            (swap("[(0, shape[0] - 2 * freq)", "[(shape[0] - 2 * freq, 0)"), "stand at the end"),
            (swap("(0, 3, 1, 4, 2)", "(0, 4, 1, 3, 2)"), "wanted 0 0 / 7 0"),
        ],
        4: [
            (swap("kernel[::-1, ::-1].swapaxes(2, 3)", "kernel"), "the kernel is as it was"),
            (swap("kernel[::-1, ::-1]", "kernel"), "must be flipped too"),
            (swap(".swapaxes(2, 3)", ""), "must be swapped too"),
            (swap("[::-1, ::-1]", "[::-1]"), "time is not flipped"),
        ],
        5: [
            (
                swap(
                    "max_pool(relu(convolve(x, kernel) + bias, rule))",
                    "relu(max_pool(convolve(x, kernel) + bias), rule)",
                ),
                "you took the switches before ReLU",
            ),
            (
                swap(
                    "max_pool(relu(convolve(x, kernel) + bias, rule))",
                    "max_pool(relu(convolve(x, kernel), rule)) + bias",
                ),
                "bias, then ReLU",
            ),
            (swap("+ bias, rule)", '+ bias, "deconvnet")'), "pass the rule on to relu"),
        ],
        6: [
            (swap(".set(maps[..., feature])", ".set(1)"), "the seed is 1 everywhere in the map"),
            (swap("back(seed)", "back(maps)"), "all maps are in the seed"),
            (swap("layer, rule)", 'layer, "guided")'), "feature 3-\\d+, deconvnet: off by"),
        ],
        7: [
            (swap("np.maximum(projection, 0)", "np.abs(projection)"), "do not take the size"),
            (swap("np.maximum(projection, 0)", "projection"), "never negative: rectify"),
            (swap("np.expm1(rectified", "(rectified"), "still in the model's domain"),
            (
                swap(
                    "np.expm1(rectified * picture.max() / rectified.max())",
                    "np.expm1(rectified) * np.expm1(picture.max()) / np.expm1(rectified.max())",
                ),
                "scale first, then undo",
            ),
            (swap(" * picture.max() / rectified.max()", ""), "in the model's domain your peak is"),
        ],
        8: [
            (swap("magnitude * phase", "magnitude + 0j"), "without a phase"),
            (swap(", length=len(samples))", ")"), "44100 real samples should come out"),
            (swap("np.exp(1j * np.angle(spectrum))", "spectrum"), "is it the source's phase"),
        ],
    },
    "04": {
        1: [
            (
                swap(
                    "one[name] != two[name] and others(one) == others(two)",
                    "one[name] != two[name]",
                ),
                "the chord must agree",
            ),
            (swap("one[name] != two[name] and ", ""), "they must differ in it"),
            (swap("enumerate(attributes[:j])", "enumerate(attributes)"), "each pair once"),
        ],
        2: [
            (
                swap("results - results.mean(axis=1, keepdims=True)", "results"),
                "mean of each",
            ),
            (swap(" if living[i] and living[j]", ""), "leave the pair out"),
            (
                swap(
                    "living = results.std(axis=1) > 0",
                    "living, size = size >= 0, np.maximum(size, 1e-9)",
                ),
                "do not count it as 0",
            ),
        ],
        3: [
            (swap("larger + 0.5 * equal", "larger"), "a tie counts half"),
            (swap("larger + 0.5 * equal", "larger + equal"), "a tie counts half"),
            (swap(" > absent", " < absent"), "each of the first exceeds"),
        ],
        4: [
            (swap(">= found[0]", "> found[0]"), "never 0"),
            (
                swap(
                    "np.roll(present, shift) for shift in range(len(present))",
                    "np.random.default_rng(seed).permutation(present) if seed else present "
                    "for seed in range(999)",
                ),
                "do not shuffle",
            ),
            (swap("range(len(present))", "range(5)"), "0.25, not 0.4"),
        ],
    },
    "06": {
        1: [
            (swap("x[::2, ::2]", "x[:, ::2]"), "leave out every second row, too"),
            (swap("x[::2, ::2]", "x[::2]"), "leave out every second column, too"),
            (swap("x[::2, ::2]", "x[1::2, 1::2]"), "from the first one on"),
            (swap("x[::2, ::2]", "x[::2, ::2, ::2]"), "become 2 x 3 x 2, not"),
        ],
    },
    "07": {
        1: [
            (swap("-values", "values"), "the largest value, 0.9, is that of the window at 2 s"),
            (swap(" and all(", " or all("), "overlap: keep only 2 s"),
            (swap(">= seconds", "> seconds"), "only touch: both may be taken"),
            (swap("return taken", "return sorted(taken, key=abs)[::-1]"), "at \\[4.0\\]"),
            (swap("len(taken) < n and ", ""), "no more than n"),
        ],
        2: [
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "np.log(odds(heard.predict())) "
                    "- np.log(odds(heard.predict(mute=[(layer, feature)])))",
                ),
                "after less before",
            ),
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "heard.predict(mute=[(layer, feature)])[genre] - heard.predict()[genre]",
                ),
                "the change of the share: take log odds",
            ),
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "odds(heard.predict(mute=[(layer, feature)])) - odds(heard.predict())",
                ),
                "the change of the odds: take np.log",
            ),
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "np.log(heard.predict(mute=[(layer, feature)])[genre]) "
                    "- np.log(heard.predict()[genre])",
                ),
                "log odds are not the log of the share",
            ),
        ],
        3: [
            (
                swap(".choice(values, ", ".permuted(np.tile(values, (draws, 1)), axis=1).reshape("),
                "draw with replacement",
            ),
            (swap("drawn.mean(axis=1)", "drawn"), "of the means, not of the values"),
            (swap("len(values)", "10"), "near .40 to .60"),
            (swap("[0.025, 0.975]", "[0.25, 0.75]"), "near .40 to .60"),
        ],
    },
}


def attacks_of_layer_1(which: str) -> str:
    return (
        "layer = np.maximum(panel.heard.project_layer(1), 0)\n"
        f"panel.layer, panel.feature = 1, int(attack_db(layer, panel.heard.picture).{which}())\n"
    )


# What is guessed, by notebook and exercise: how the check's cell is changed, what must come of it.
GUESSES: dict[str, list[list[tuple[Callable[[str], str], str, str]]]] = {
    "00": [
        [
            (lambda check: attacks_of_layer_1("argmin") + check, "look again", "Listen for clicks"),
            (lambda check: attacks_of_layer_1("argmax") + check, "right", "best quarter"),
        ],
        [
            (swap('my_guess = ""', 'my_guess = "middle"'), "look again", "not 'middle'"),
            (
                swap('my_guess = ""', 'my_guess = {"left": "right", "right": "left"}[trained_is]'),
                "look again",
                "it is the other one",
            ),
            (swap('my_guess = ""', "my_guess = trained_is"), "right", "what gave it away"),
        ],
    ],
    "01": [
        [
            (swap("keep_attacks = []", "keep_attacks = [-1]"), "look again", "choose among"),
            (swap("keep_attacks = []", "keep_attacks = by_attack[:1]"), "look again", "not 1"),
            (swap("keep_attacks = []", "keep_attacks = by_attack[:3]"), "look again", "^0 of"),
            (swap("keep_attacks = []", "keep_attacks = by_attack[-3:]"), "right", "clicks"),
        ],
        [
            (swap('my_guess = ""', 'my_guess = "random"'), "look again", "choose one of trained"),
            (
                swap('my_guess = ""', "my_guess = min(table, key=lambda who: table[who][4])"),
                "look again",
                "another network has more",
            ),
            (swap('my_guess = ""', "my_guess = most"), "right", "the trained network has"),
        ],
    ],
    "02": [
        [
            (swap("my_guess = None", "my_guess = 6"), "look again", "1 to 5, not 6"),
            (
                swap("my_guess = None", "my_guess = 1 + int(np.argmin(far))"),
                "look again",
                "another one further",
            ),
            (swap("my_guess = None", "my_guess = 1 + int(np.argmax(far))"), "right", "moved by"),
        ]
    ],
    "05": [
        [
            (swap("i_hear = None", "i_hear = 10"), "look again", "0 to 9, not 10"),
            (
                swap("i_hear = None", "i_hear = (int(trained[kick]) + 5) % 10"),
                "look again",
                "of the nine hold a kick",
            ),
            (swap("i_hear = None", "i_hear = int(trained[kick])"), "right", "hold a kick"),
        ]
    ],
}


def try_mistakes(notebook: Any, wrong: dict[int, list[tuple[Callable[[str], str], str]]]) -> None:
    """Put above every exercise what students write into it: typical mistakes, then the solution.

    The check must say to each mistake what is wrong with it, and take the solution. The exercise
    itself is left open, and the notebook must go on.
    """
    code = nbformat.v4.new_code_cell
    cells, number = [code(TRIED)], 0
    for place, cell in enumerate(notebook.cells):
        if tagged(cell, "exercise"):
            number += 1
            check, answer = (notebook.cells[place + n] for n in (1, 2))
            tries = [
                (spoil(solution(answer)), "look again", message) for spoil, message in wrong[number]
            ]
            cells += [
                code(f"{source}\n\n\ntried({check.source!r}, {state!r}, {message!r})")
                for source, state, message in [*tries, (solution(answer), "right", "")]
            ]
        cells.append(cell)
        if tagged(cell, "check"):
            cells.append(code("assert exercise.state == 'open', exercise"))
        if tagged(cell, "solution"):  # to run the check once more makes no merit of it
            cells.append(code(f"tried({check.source!r}, 'open', 'Run your own cell')"))
    assert number == len(wrong)
    notebook.cells = cells


def try_guesses(notebook: Any, guesses: list[list[tuple[Callable[[str], str], str, str]]]) -> None:
    """Put below every check, which finds nothing to check at first, what may be guessed."""
    code = nbformat.v4.new_code_cell
    cells, left = [code(TRIED)], list(guesses)
    for cell in notebook.cells:
        cells.append(cell)
        if tagged(cell, "check"):
            cells.append(code("assert exercise.state == 'open', exercise"))
            cells += [
                code(f"tried({edit(cell.source)!r}, {state!r}, {message!r})")
                for edit, state, message in left.pop(0)
            ]
    assert not left
    notebook.cells = cells


TRIED = """import re


def tried(check, state, message):
    exec(compile(check, "cell", "exec"), globals())
    assert exercise.state == state, exercise
    assert re.search(message, exercise.says), exercise.says
"""
