"""Say how long a job was worked on, and when it was in each of its phases"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("working_since", sa.Double(), nullable=True))
    op.add_column("jobs", sa.Column("worked_seconds", sa.Double(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("phase_times", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "phase_times")
    op.drop_column("jobs", "worked_seconds")
    op.drop_column("jobs", "working_since")
