"""Networks of other people: readers of the files that their weights are in, one file each."""
