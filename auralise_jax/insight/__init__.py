"""Insight: numbers about features, and figures of them, to check what an ear believes."""

from auralise_jax.insight.attribute_table import AttributeCorrelations as AttributeCorrelations
from auralise_jax.insight.attributes import attribute_correlations as attribute_correlations
from auralise_jax.insight.control import likeness as likeness
from auralise_jax.insight.dissection import Dissection as Dissection
from auralise_jax.insight.dissection import dissect as dissect
from auralise_jax.insight.fields import Field as Field
from auralise_jax.insight.fields import fields as fields
from auralise_jax.insight.fields import fields_table as fields_table
from auralise_jax.insight.figure import kernels_figure as kernels_figure
from auralise_jax.insight.figure import wall_figure as wall_figure
from auralise_jax.insight.stability import stability as stability
from auralise_jax.insight.survey import Survey as Survey
from auralise_jax.insight.survey import survey as survey
