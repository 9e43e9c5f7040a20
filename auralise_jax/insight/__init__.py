"""Numbers about features: ranking, dissection, correlation; still to come."""
