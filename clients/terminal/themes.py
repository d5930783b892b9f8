"""The colours, dark and light: those of the other pages, with AA contrast."""

from textual.theme import Theme

DARK = Theme(
    name="parley-dark",
    dark=True,
    primary="#a5b4fc",
    secondary="#818cf8",
    accent="#a5b4fc",
    foreground="#f1f5f9",
    background="#0f172a",
    surface="#1e293b",
    panel="#1e293b",
    error="#fca5a5",
    warning="#fcd34d",
    success="#86efac",
    variables={"subdued": "#cbd5e1", "line": "#475569", "bubble": "#312e81"},
)
LIGHT = Theme(
    name="parley-light",
    dark=False,
    primary="#4338ca",
    secondary="#4f46e5",
    accent="#4338ca",
    foreground="#0f172a",
    background="#ffffff",
    surface="#f1f5f9",
    panel="#f1f5f9",
    error="#b91c1c",
    warning="#92400e",
    success="#166534",
    variables={"subdued": "#475569", "line": "#94a3b8", "bubble": "#e0e7ff"},
)
