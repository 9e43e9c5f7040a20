"""The paper's CNN: its architecture, its Flax module, and its fast passes."""
