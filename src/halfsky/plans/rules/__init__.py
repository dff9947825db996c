"""The decisions of the plans room: values in, values out, no database, no page, no clock.

`reading` understands a plan document, `coverage` says what still blocks its adoption,
`lights` computes status lights (状态灯), `instances` turns a recurrence into dates.
"""
