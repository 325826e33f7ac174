"""Count the chunks of a long document, so that its card can tell them"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("chunks", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "chunks")
