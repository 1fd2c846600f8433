"""Page floats, for all documents: nothing is lost, and all orders that must be kept are."""

from hypothesis import assume, given
from hypothesis import strategies as st

from reporting.engine.blocks import Block, Piece
from reporting.engine.floats import best_order, segments_and_floats


@given(
    st.lists(
        st.tuples(st.sampled_from(["text", "figure", "table", "heading", "equation"]), st.integers(1, 130)), max_size=20
    )
)
def test_settling_loses_no_block_and_keeps_all_orders(drawn):
    """Text, figures and tables keep their orders; no float stands above its heading or between text and equation."""
    assume(not drawn or drawn[0][0] != "equation")
    blocks = []
    for number, (kind, height) in enumerate(drawn):
        equation = kind == "equation"
        blocks.append(Block(number, "text" if equation else kind, [Piece(height, 1, 1)], equation, equation))
    order = [block.element for block in best_order(*segments_and_floats([blocks]), 100, 0.0)]
    assert sorted(order) == list(range(len(blocks)))
    for kinds in (("text", "heading", "equation"), ("figure",), ("table",)):
        kept = [number for number in order if drawn[number][0] in kinds]
        assert kept == sorted(kept)
    for number, (kind, _) in enumerate(drawn):
        if kind == "equation" and drawn[number - 1][0] in ("text", "equation"):
            assert order.index(number) == order.index(number - 1) + 1
        if kind == "heading":
            floats = [
                order.index(later) for later in range(number + 1, len(drawn)) if drawn[later][0] in ("figure", "table")
            ]
            assert all(place > order.index(number) for place in floats)
