"""Where an element of a flat array lies: for intrinsics."""


def pointer(context, builder, kinds, args):
    """The address of ``args[0][args[1]]``; ``kinds``: the types of these arguments."""
    return builder.gep(context.make_array(kinds[0])(context, builder, args[0]).data, [args[1]])
