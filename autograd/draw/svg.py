"""What every SVG gets, whoever drew it: size, tooltips, fonts that exist, the reader's theme."""

from xml.etree import ElementTree

from autograd.draw.dot import FONT
from autograd.draw.model import Picture
from autograd.draw.theme import THEMES, dark_rules

FONTS = f"{FONT}, Helvetica, 'Liberation Sans', sans-serif"
DEFAULT = {"text-anchor": "start", "font-size": "13.00"}  # need not be said again
NAMED = {"white": "#FFFFFF", "black": "#000000"}  # Graphviz shortens these


def finished(root: ElementTree.Element, title: str, theme: str) -> str:
    """The text of an ``<svg>``: shrinks to fit where it is shown, and never grows."""
    _, _, width, height = root.get("viewBox", "").split()
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": width,
        "height": height,
        "viewBox": root.get("viewBox", ""),
        "style": "max-width:100%;height:auto",
        "font-family": FONTS,
        "font-size": "13",
        "role": "img",
        "aria-label": title,
    }
    _lift_titles(root, THEMES[theme].page)
    # Of the whole size: what a renderer paints itself may end within the last pixel.
    ground = {"width": "100%", "height": "100%", "fill": THEMES[theme].page}
    root.insert(0, ElementTree.Element("rect", ground))
    if theme == "auto":
        style = ElementTree.Element("style")
        style.text = dark_rules()
        root.insert(0, style)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _lift_titles(root: ElementTree.Element, page: str):
    """Put the titles of frames above the arrows that cross them, with an edge of paper."""
    for group in list(root.iter("g")):
        for frame in [g for g in group if g.get("class") == "cluster"]:
            texts = frame.findall("text")
            title = ElementTree.SubElement(group, "g", {"id": f"{frame.get('id')}-title"})
            for text in texts:
                frame.remove(text)
                text.attrib |= {"stroke": page, "stroke-width": "4", "paint-order": "stroke"}
                title.append(text)


def from_graphviz(text: str, picture: Picture) -> ElementTree.Element:
    """Graphviz's SVG without links and namespaces; a tooltip is the ``<title>`` of its group."""
    root = ElementTree.fromstring(text)
    tooltips = {box.id: box.tooltip for box in picture.boxes}
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        kept = {k: v for k, v in element.attrib.items() if k[0] != "{" and DEFAULT.get(k) != v}
        kept.pop("font-family", None)
        words = element.text or ""
        if element.tag == "text" and words.startswith(" "):
            element.text = f"\N{NO-BREAK SPACE}{words[1:]}"  # browsers drop the other,
            kept["xml:space"] = "preserve"  # and librsvg drops both without this
        for k in ("fill", "stroke"):
            color = kept.get(k, "")
            if color in NAMED or color.startswith("#"):
                kept[k] = NAMED.get(color, color.upper())
        element.attrib = kept
    for group in list(root.iter("g")):
        for child in list(group):
            if child.tag == "title":
                group.remove(child)
            elif child.get("id", "").startswith("a_"):  # <g id="a_n0"><a> shapes </a></g>
                place = list(group).index(child)
                group[place : place + 1] = list(child[0])
        tooltip = tooltips.get(group.get("id", ""))
        if tooltip:
            title = ElementTree.Element("title")
            title.text = tooltip
            group.insert(0, title)
    return root
