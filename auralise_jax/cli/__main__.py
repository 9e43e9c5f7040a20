"""``python -m auralise_jax.cli``: the command line without its script."""

import sys

from auralise_jax.cli.program import main

sys.exit(main())
