"""Keep what people change in a book's sentences apart from what was made"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sentence_edits",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_sentence_edits_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "place", name=op.f("pk_sentence_edits")),
    )
    op.add_column("jobs", sa.Column("edits", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("jobs", "edits")
    op.drop_table("sentence_edits")
