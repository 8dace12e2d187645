"""A library small enough to read at a glance, and large enough to be tested."""

__all__ = ["add_numbers"]


def add_numbers(num1, num2):
    """Add two numbers.

    Parameters
    ----------
    num1: int or float
        First number
    num2: int or float
        Second number

    Returns
    -------
    int or float
        num1 + num2

    Examples
    --------
    >>> add_numbers(1.0, 1.0)
    2.0
    """
    return num1 + num2


if __name__ == "__main__":
    import doctest
    import sys

    sys.exit(doctest.testmod().failed)
