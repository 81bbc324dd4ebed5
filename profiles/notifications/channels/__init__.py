"""Ways on which notices reach people who do not look: mail, web push. Copy one to add
one.
"""
