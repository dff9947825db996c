"""How well the reader of plan documents does on a folder of annotated documents."""
