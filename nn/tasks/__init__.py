"""Real tasks, each a command: ``python -m nn.tasks.names --help``.

================= ==============================================================
``names``         a network that invents names, one letter after the other
``shakespeare``   a character model of Shakespeare, by truncated backprop
``forecast``      two years of airline passengers ahead
``rows``          digits read row by row
``text``          which package of Python a piece of source is from (1-D CNN)
``video``         which way a digit moves (CNN + LSTM, or a 3-D CNN)
``boxes``         which digit it is, and the corners of its turned box
``pixels``        a label for every pixel
================= ==============================================================

``main(arguments)`` of each runs it from Python and returns what it found.
"""
