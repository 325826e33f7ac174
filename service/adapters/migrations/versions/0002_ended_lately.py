"""Find the steps and runs that ended of late"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    for table in ("steps", "runs"):
        op.create_index(
            f"ix_{table}_ended_at", table, ["ended_at"], sqlite_where=_ENDED, postgresql_where=_ENDED
        )


def downgrade() -> None:
    for table in ("steps", "runs"):
        op.drop_index(f"ix_{table}_ended_at", table)
