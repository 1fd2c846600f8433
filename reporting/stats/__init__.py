"""Statistics: arrays in, numbers out. Nothing here knows a task, a file or a drawing."""
