"""From the rows of another tracker's file to what applying them would do.

recognition: which title a row is. policies: what is taken of it. judging: both, over a
whole plan. They read and decide; services.imports writes.
"""
