"""Let a job have a time limit of its own, and say once in a run that it is near"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("time_limit", sa.Double(), nullable=True))
    op.add_column("jobs", sa.Column("limit_told", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("jobs", "limit_told")
    op.drop_column("jobs", "time_limit")
