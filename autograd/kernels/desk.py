"""Where threads that are awake hear of each other: numbers in memory, read without a lock.

A desk is an array of `DESK` int64.  These are the places on it, in cache lines of their own; the
threads are those of `autograd.kernels.threads`, who reads and writes is said there and in
`autograd.kernels.compiled.waiting`.
"""

BELL = 0  # how often there was something to do in Python
BACK = 16  # how often helpers have left the interpreter
AWAKE = 32  # how many of them watch
GATE = 48  # OPEN while helpers may join the kernel on the desk, and how many have
OPEN = 2**40
TAKEN = 64  # 0 unless a kernel lies here
NUMBER = 80  # of this kernel
CODE, ARGUMENTS = 96, 97  # where it and its arguments lie in memory
FAILED = 98  # 1 if it raised in a helper
DESK = 112
