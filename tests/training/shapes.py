"""The shapes of the data that ship: what networks of the tests must fit."""

from reporting.artifacts import Shapes

POINTS, IMAGES = Shapes((1,), 1), Shapes((28, 28, 1), 10)
SHAPES = {"regression": POINTS, "classification": IMAGES}
