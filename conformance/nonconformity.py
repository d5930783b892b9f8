"""What a scenario says of a frontend that does not conform."""


class Nonconformity(Exception):
    """A plain sentence of what is wrong, without the frontend's name and the full stop."""
