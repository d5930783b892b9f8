"""Who may use the server, and how much.

caller      who asks: an id that owns runs, and what it may spend
allowance   budgets and rates, as an operator writes them
keys        API keys: how one is made, and what is kept of it
key_store   the file in which keys are kept
addresses   which addresses are this machine's own
key_ring    the keys that hold now, in memory
tokens      bearer tokens of an OpenID Connect issuer
rates       counts requests within moving windows
gate        from a credential to the caller, and the end of those whose right ends
command     `parley keys`
"""
