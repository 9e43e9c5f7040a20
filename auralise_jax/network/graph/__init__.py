"""Networks as closed lists of operations: what model files of other networks than the paper's hold.

`operations` says which there are, `writing` makes a list of a traced network (step by step, in
`steps` and `curves`), `reading` a function of a list.
"""
