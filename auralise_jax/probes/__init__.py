"""Sounds that know what is in them: probes and stimuli."""
