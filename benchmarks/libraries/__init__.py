"""Each library's functions, under common names, and how it differentiates, trains and predicts.

Every file has ``Functions``, and works: ``Training`` (a step of SGD), ``Layer`` (forward and
backward of one function) and ``Forward``, where the library takes part in such rows.
"""
