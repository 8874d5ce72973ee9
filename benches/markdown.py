"""Tables and figures as RESULTS.md shows them."""


def table(head: list[str], rows: list[list[str]], words: int = 1) -> str:
    """A Markdown table: so many columns of words, then numbers, to the right."""
    lines = [head, ["---"] * words + ["---:"] * (len(head) - words), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def spread(figures: dict[str, float], digits: int = 2) -> str:
    return f"{figures['median']:.{digits}f} ({figures['min']:.{digits}f}–{figures['max']:.{digits}f})"
