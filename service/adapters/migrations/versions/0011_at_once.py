"""Let a step say how many of its job's may run while it does"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("steps", sa.Column("at_once", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("steps", "at_once")
