"""Who may use the server, and how much.

caller      who asks: an id that owns runs, and what it may spend
allowance   budgets and rates, as an operator writes them
keys        API keys: how one is made, and what is kept of it
key_store   the file in which keys are kept
key_ring    the keys that hold now, in memory
gate        from a credential to the caller, and the end of those whose right ends
command     `parley keys`
"""
