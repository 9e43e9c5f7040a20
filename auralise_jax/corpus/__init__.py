"""A folder of sound: walked, listed in a manifest, kept in a cache, loaded in batches."""
