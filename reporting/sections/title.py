"""The first page: who handed in what, the results at a glance and the contents, all of it found by other sections."""
