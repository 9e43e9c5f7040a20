"""What ``auralise-jax doctor`` looks at: each look returns findings, whatever it meets."""
