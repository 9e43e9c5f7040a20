"""The paper's CNN, its backward rules, and model files. Flax waits until it is used."""

from auralise_jax.network.files import load_model as load_model
from auralise_jax.network.files import save_model as save_model
from auralise_jax.network.files import shipped_models as shipped_models
from auralise_jax.network.model import Model as Model
from auralise_jax.network.model import random_model as random_model
from auralise_jax.network.model import stranger as stranger
from auralise_jax.network.refusal import UnsupportedOperation as UnsupportedOperation
from auralise_jax.network.reinterpret import with_rule as with_rule
from auralise_jax.network.rules import RULES as RULES
from auralise_jax.network.rules import Rule as Rule
from auralise_jax.network.stack.architecture import Architecture as Architecture
from auralise_jax.network.tap import tap as tap
