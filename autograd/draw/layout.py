"""A layered layout of our own, for machines without Graphviz: layers, order, places, routes.

Sugiyama's method in its plainest form.  Coordinates here are (along, across) the direction of flow.
"""

import itertools

LAYER_GAP, BOX_GAP, LANE = 34.0, 18.0, 12.0
SWEEPS = 8


def layered(sizes, edges):
    """Places for boxes of these sizes, and routes for the edges.

    Parameters
    ----------
    sizes : list of (float, float)
        Along and across, of boxes in topological order.
    edges : list of (int, int, float)
        Tail, head, and the room along that the label needs.

    Returns
    -------
    places : list of (float, float)
        The centres.
    routes : list of list of (float, float)
        Where each edge leaves the tail, enters and leaves the layers between, reaches the head.
    """
    layer = layers(len(sizes), edges)
    chains = []  # the points of an edge: its tail, one in each layer that it passes, its head
    points = [(layer[k], size) for k, size in enumerate(sizes)]
    for tail, head, _ in edges:
        between = range(len(points), len(points) + layer[head] - layer[tail] - 1)
        points += [(depth, (0.0, LANE)) for depth in range(layer[tail] + 1, layer[head])]
        chains.append([tail, *between, head])
    links = [pair for chain in chains for pair in itertools.pairwise(chain)]
    rows = _ordered(points, links)
    across = _across(rows, [size[1] for _, size in points], links)

    thick = [max(points[k][1][0] for k in row) for row in rows]
    gaps = [LAYER_GAP] * len(rows)
    for tail, _, room in edges:
        gaps[layer[tail]] = max(gaps[layer[tail]], room + 16)
    start = [0.0]
    for size, gap in zip(thick, gaps, strict=True):
        start.append(start[-1] + size + gap)
    middle = [start[d] + thick[d] / 2 for d in range(len(rows))]
    places = [(middle[layer[k]], across[k]) for k in range(len(sizes))]
    routes = []
    for tail, *between, head in chains:
        route = [(places[tail][0] + sizes[tail][0] / 2, across[tail])]
        for k in between:
            depth = points[k][0]
            route += [(start[depth], across[k]), (start[depth] + thick[depth], across[k])]
        routes.append([*route, (places[head][0] - sizes[head][0] / 2, across[head])])
    return places, routes


def layers(n: int, edges) -> list[int]:
    """The layer of each of ``n`` boxes in topological order, with edges (tail, head, ...).

    The longest path to it; a box that nothing points to stands right before its first use.
    """
    layer = [0] * n
    uses: list[list[int]] = [[] for _ in range(n)]
    for tail, head, *_ in sorted(edges, key=lambda e: e[1]):
        layer[head] = max(layer[head], layer[tail] + 1)
        uses[tail].append(head)
    heads = {head for _, head, *_ in edges}
    for k in range(n):
        if k not in heads and uses[k]:
            layer[k] = min(layer[head] for head in uses[k]) - 1
    return layer


def _neighbours(n, links):
    before, after = [[] for _ in range(n)], [[] for _ in range(n)]
    for a, b in links:
        after[a].append(b)
        before[b].append(a)
    return before, after


def _ordered(points, links) -> list[list[int]]:
    """The points of each layer, in an order with few crossings: by the mean of their neighbours."""
    rows: list[list[int]] = [[] for _ in range(1 + max(depth for depth, _ in points))]
    for k, (depth, _) in enumerate(points):
        rows[depth].append(k)
    before, after = _neighbours(len(points), links)
    for sweep in range(SWEEPS):
        back = sweep % 2 == 0  # the last layer first: the output leads, as few things feed it
        rank = {k: i for row in rows for i, k in enumerate(row)}
        for row in reversed(rows) if back else rows:
            near = after if back else before
            mean = {k: sum(rank[j] for j in near[k]) / len(near[k]) for k in row if near[k]}
            row.sort(key=lambda k: mean.get(k, rank[k]))
            rank.update((k, i) for i, k in enumerate(row))
    return rows


def _across(rows, sizes, links) -> list[float]:
    """Places across: each point near the mean of its neighbours, in order, without overlap."""
    before, after = _neighbours(len(sizes), links)
    place = [0.0] * len(sizes)
    for row in rows:
        for k, spot in zip(row, _spread([0.0] * len(row), [sizes[k] for k in row]), strict=True):
            place[k] = spot
    for sweep in range(SWEEPS):
        for row in reversed(rows) if sweep % 2 == 0 else rows:
            wish = []
            for k in row:
                near = before[k] + after[k]
                wish.append(sum(place[j] for j in near) / len(near) if near else place[k])
            for k, spot in zip(row, _spread(wish, [sizes[k] for k in row]), strict=True):
                place[k] = spot
    return place


def _spread(wish, sizes) -> list[float]:
    """The places nearest to the wishes, in least squares, that keep order and distance.

    Subtracting the distances makes it isotonic regression: pool neighbours that are out of order.
    """
    offsets = [0.0]
    for a, b in itertools.pairwise(sizes):
        offsets.append(offsets[-1] + (a + b) / 2 + BOX_GAP)
    pools = []  # [mean, count]
    for w, offset in zip(wish, offsets, strict=True):
        pools.append([w - offset, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, count = pools.pop()
            pools[-1][0] = (pools[-1][0] * pools[-1][1] + mean * count) / (pools[-1][1] + count)
            pools[-1][1] += count
    free = [mean for mean, count in pools for _ in range(count)]
    return [f + offset for f, offset in zip(free, offsets, strict=True)]
