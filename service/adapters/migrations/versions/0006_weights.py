"""Tell what a step weighs in the percentage from what its work costs"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("steps", sa.Column("weight", sa.BigInteger(), nullable=False, server_default="0"))
    # The jobs that are under way have summed up costs.
    op.execute("UPDATE steps SET weight = cost")


def downgrade() -> None:
    op.drop_column("steps", "weight")
