"""Say which job has sent a book's sentences to a new spreadsheet last"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("sheet_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "sheet_id")
