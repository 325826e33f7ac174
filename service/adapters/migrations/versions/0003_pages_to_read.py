"""Know of each job how many pages are to be read"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("pages_total", sa.Integer(), nullable=True))
    # Of the jobs before, those that left pages out are not told apart any more.
    op.execute("UPDATE jobs SET pages_total = page_count")


def downgrade() -> None:
    op.drop_column("jobs", "pages_total")
