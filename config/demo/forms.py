"""The forms of a page, read as a browser reads them: controls, what is chosen, what sends them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import ClassVar, Self

Attributes = dict[str, str]
CHECKABLE = {"radio", "checkbox"}
BUTTONS = {"submit", "image"}
NEVER_SENT = {"button", "reset", "file"}
COLLECTED = {"title", "h1"}
SILENT = {"script", "style"}


@dataclass(slots=True)
class Control:
    """One input, select or textarea with a name."""

    name: str
    kind: str  # "text", "radio", "select" …
    value: str = ""
    is_chosen: bool = True  # of a radio or a checkbox
    autocomplete: str = ""
    options: list[str] = field(default_factory=list)  # of a select
    described_by: str = ""


@dataclass(slots=True)
class Button:
    text: str = ""
    name: str = ""
    value: str = ""
    action: str = ""  # its own, instead of the form's
    method: str = ""


@dataclass(slots=True)
class Form:
    action: str
    method: str
    id: str = ""
    controls: list[Control] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def fill(self, name: str, value: str) -> None:
        """Type into a control, or choose among radios, as somebody at the page would."""
        found = [control for control in self.controls if control.name == name]
        if not found:
            raise LookupError(f"the form has no field {name!r}")
        for control in found:
            if control.kind in CHECKABLE:
                control.is_chosen = control.value == value
            else:
                control.value = value

    def autofill(self, known: dict[str, str]) -> None:
        """Fill every control whose autocomplete token is known, as a browser's autofill does."""
        for control in self.controls:
            if control.autocomplete in known:
                control.value = known[control.autocomplete]

    def choices(self, name: str) -> list[Control]:
        return [c for c in self.controls if c.name == name and c.kind in CHECKABLE]

    def sent(self, button: Button | None = None) -> list[tuple[str, str]]:
        pairs = [
            (control.name, control.value)
            for control in self.controls
            if control.is_chosen or control.kind not in CHECKABLE
        ]
        if button is not None and button.name:
            pairs.append((button.name, button.value))
        return pairs


class PageParser(HTMLParser):
    """Collects forms, links and words; enough of HTML for pages that work without script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []  # address, words
        self.words: dict[str, list[str]] = {}  # of title, h1 and the whole page ("body")
        self._open_forms: list[Form] = []
        self._owned: list[tuple[str, Control | Button]] = []  # controls with a form attribute
        self._select: Control | None = None
        self._textarea: Control | None = None
        self._button: Button | None = None
        self._collecting: list[str] = []
        self._silent = 0

    @classmethod
    def read(cls, text: str) -> Self:
        parser = cls()
        parser.feed(text)
        parser.close()
        by_id = {form.id: form for form in parser.forms if form.id}
        for owner, thing in parser._owned:
            if form := by_id.get(owner):
                _add(form, thing)
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "disabled" in attributes:
            return
        if tag in self.STARTS:
            self.STARTS[tag](self, attributes)
        elif tag in COLLECTED:
            self._collecting.append(tag)
        elif tag in SILENT:
            self._silent += 1

    def _start_form(self, attributes: Attributes) -> None:
        form = Form(
            action=attributes.get("action", ""),
            method=attributes.get("method", "get").lower(),
            id=attributes.get("id", ""),
        )
        self.forms.append(form)
        self._open_forms.append(form)

    def _start_input(self, attributes: Attributes) -> None:
        kind = attributes.get("type", "text").lower()
        if kind in BUTTONS:
            self._take(_button(attributes), attributes)
        elif kind not in NEVER_SENT and attributes.get("name"):
            self._take(_control(attributes, kind), attributes)

    def _start_select(self, attributes: Attributes) -> None:
        if attributes.get("name"):
            self._select = _control(attributes, "select")
            self._take(self._select, attributes)

    def _start_option(self, attributes: Attributes) -> None:
        if self._select is None:
            return
        value = attributes.get("value", "")
        if not self._select.options or "selected" in attributes:
            self._select.value = value
        self._select.options.append(value)

    def _start_textarea(self, attributes: Attributes) -> None:
        if attributes.get("name"):
            self._textarea = _control(attributes, "textarea")
            self._take(self._textarea, attributes)

    def _start_button(self, attributes: Attributes) -> None:
        if attributes.get("type", "submit") == "submit":
            self._button = _button(attributes)
            self._take(self._button, attributes)

    def _start_a(self, attributes: Attributes) -> None:
        if "href" in attributes:
            self.links.append((attributes["href"], ""))
            self._collecting.append("a")

    STARTS: ClassVar[dict[str, Callable[["PageParser", Attributes], None]]] = {
        "form": _start_form,
        "input": _start_input,
        "select": _start_select,
        "option": _start_option,
        "textarea": _start_textarea,
        "button": _start_button,
        "a": _start_a,
    }

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form" if self._open_forms:
                self._open_forms.pop()
            case "select":
                self._select = None
            case "textarea":
                self._textarea = None
            case "button":
                self._button = None
            case "a" | "title" | "h1" if tag in self._collecting:
                self._collecting.remove(tag)
            case "script" | "style":  # SILENT
                self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea.value += data
        if self._silent or not data.strip():
            return
        if self._button is not None:
            self._button.text += data
        if "a" in self._collecting:
            address, said = self.links[-1]
            self.links[-1] = (address, f"{said} {data.strip()}".strip())
        for place in ("title", "h1"):
            if place in self._collecting:
                self.words.setdefault(place, []).append(data.strip())
        self.words.setdefault("body", []).append(data.strip())

    def _take(self, thing: Control | Button, attributes: Attributes) -> None:
        if owner := attributes.get("form"):
            self._owned.append((owner, thing))
        elif self._open_forms:
            _add(self._open_forms[-1], thing)


def _add(form: Form, thing: Control | Button) -> None:
    if isinstance(thing, Button):
        form.buttons.append(thing)
    else:
        form.controls.append(thing)


def _control(attributes: Attributes, kind: str) -> Control:
    is_checkable = kind in CHECKABLE
    return Control(
        name=attributes.get("name", ""),
        kind=kind,
        value=attributes.get("value", "on" if is_checkable else ""),
        is_chosen=not is_checkable or "checked" in attributes,
        autocomplete=attributes.get("autocomplete", ""),
        described_by=attributes.get("aria-describedby", ""),
    )


def _button(attributes: Attributes) -> Button:
    return Button(
        text=attributes.get("value", "") if attributes.get("type") in BUTTONS else "",
        name=attributes.get("name", ""),
        value=attributes.get("value", ""),
        action=attributes.get("formaction", ""),
        method=attributes.get("formmethod", "").lower(),
    )
