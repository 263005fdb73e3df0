# SPDX-License-Identifier: GPL-2.0-only
"""A drawing of matplotlib's made fit to stand in a page. Nothing is read or written.

Colours become CSS variables, ids are the chart's own, and whoever does not see the
drawing is told what it is.
"""

import re
import xml.etree.ElementTree as ElementTree
from typing import Mapping

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = re.compile(r"font: (?:(bold) )?([0-9.]+)px [^;]*")
_COLOUR = re.compile(r"#0[ab]00[0-9a-f]{2}")


def inline(
    drawing: bytes, colours: Mapping[str, str], name: str, title: str, says: str
) -> str:
    """Return an SVG file as an element for HTML.

    colours: what stands for which CSS variable. name: what its ids begin with.
    """
    root = ElementTree.fromstring(drawing)
    for metadata in root.findall(f"{_SVG}metadata"):
        root.remove(metadata)
    referred = set(_REFERENCE.findall(drawing.decode()))
    referred |= {
        node.attrib[f"{_XLINK}href"][1:]
        for node in root.iter()
        if f"{_XLINK}href" in node.attrib
    }
    for node in root.iter():
        _tidy(node, colours, name, referred)
    width, height = (float(text) for text in root.attrib["viewBox"].split()[2:])
    root.attrib.clear()
    root.attrib.update(
        {
            "viewBox": f"0 0 {width:g} {height:g}",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-says",
        }
    )
    for tag, text in (("desc", says), ("title", title)):
        node = ElementTree.Element(tag, {"id": f"{name}-{_SHORT_IDS[tag]}"})
        node.text = text
        root.insert(0, node)
    return ElementTree.tostring(root, encoding="unicode")


_SHORT_IDS = {"title": "title", "desc": "says"}


def _tidy(
    node: ElementTree.Element, colours: Mapping[str, str], name: str, referred: set[str]
) -> None:
    node.tag = node.tag.removeprefix(_SVG)
    node.tail = None
    if node.tag not in ("text", "tspan", "style"):
        node.text = None
    old = node.attrib.pop("id", "")
    if old in referred:
        node.attrib["id"] = f"{name}-{old}"
    for key, value in list(node.attrib.items()):
        if key == f"{_XLINK}href":
            del node.attrib[key]
            node.attrib["href"] = f"#{name}-{value[1:]}"
            continue
        value = _REFERENCE.sub(rf"url(#{name}-\1)", value)
        value = _FONT.sub(_font, value)
        value = _COLOUR.sub(lambda found: _variable(found[0], colours), value)
        node.attrib[key] = value
    # An attribute does not take a variable, a style does.
    for key in ("fill", "stroke"):
        if "var(" in node.attrib.get(key, ""):
            style = f"{key}: {node.attrib.pop(key)}; {node.attrib.get('style', '')}"
            node.attrib["style"] = style


def _font(found: re.Match[str]) -> str:
    """Keep the size and the weight; the family is the page's."""
    weight = "; font-weight: 600" if found[1] else ""
    return f"font-size: {found[2]}px{weight}"


def _variable(colour: str, colours: Mapping[str, str]) -> str:
    return f"var({colours[colour]})" if colour in colours else colour
