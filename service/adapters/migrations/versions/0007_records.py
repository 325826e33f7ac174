"""Keep ships, the records of their certificates, and who changed those"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXTS = (
    "ship_name",
    "imo_number",
    "certificate_name",
    "abbreviation",
    "certificate_number",
    "certificate_type",
)
_DATES = ("issue_date", "valid_until", "last_endorsement", "next_survey")


def upgrade() -> None:
    op.create_table(
        "ships",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("owner_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("searched_name", sa.String(600), nullable=False),
        sa.Column("imo", sa.String(7), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_ships_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_ships"),
    )
    op.create_index("ix_ships_owner_id_imo", "ships", ["owner_id", "imo"], unique=True)
    op.create_index("ix_ships_owner_id_searched_name", "ships", ["owner_id", "searched_name", "id"])
    op.create_table(
        "certificates",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("owner_id", sa.String(36), nullable=False),
        sa.Column("ship_id", sa.String(36), nullable=False),
        sa.Column("job_id", sa.String(36), nullable=True),
        sa.Column("document_id", sa.String(36), nullable=True),
        sa.Column("made_by", sa.String(120), nullable=False),
        *(sa.Column(name, sa.String(300), nullable=True) for name in _TEXTS),
        *(sa.Column(name, sa.String(10), nullable=True) for name in _DATES),
        sa.Column("issuing_authority", sa.String(300), nullable=True),
        sa.Column("category", sa.String(300), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("due", sa.String(10), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("compared_number", sa.String(600), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("archived", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_certificates_owner_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ship_id"], ["ships.id"], name="fk_certificates_ship_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_certificates_job_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_certificates_document_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("made_by", name="uq_certificates_made_by"),
    )
    op.create_index("ix_certificates_owner_id_due", "certificates", ["owner_id", "due", "id"])
    op.create_index("ix_certificates_owner_id_id", "certificates", ["owner_id", "id"])
    op.create_index("ix_certificates_ship_id_compared_number", "certificates", ["ship_id", "compared_number"])
    op.create_index("ix_certificates_job_id", "certificates", ["job_id"])
    op.create_index("ix_certificates_document_id", "certificates", ["document_id"])
    op.create_table(
        "certificate_edits",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("certificate_id", sa.String(36), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by_id", sa.String(36), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("old", sa.String(2000), nullable=True),
        sa.Column("new", sa.String(2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates.id"],
            name="fk_certificate_edits_certificate_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_edits"),
    )
    op.create_index("ix_certificate_edits_certificate_id_id", "certificate_edits", ["certificate_id", "id"])


def downgrade() -> None:
    for name in ("certificate_edits", "certificates", "ships"):
        op.drop_table(name)
