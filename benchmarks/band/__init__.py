"""The band of ``band_music.py``: what it plays, and its mix."""
