"""Find by an index who of many comes next"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_jobs_line", "jobs", ["owner_id", "state", "priority", "queued_at"])
    op.create_index("ix_steps_state_phase", "steps", ["state", "phase"])
    op.create_index("ix_steps_state_dispatched_at", "steps", ["state", "dispatched_at"])
    op.drop_index("ix_steps_state_run_at", table_name="steps")


def downgrade() -> None:
    op.create_index("ix_steps_state_run_at", "steps", ["state", "run_at"])
    op.drop_index("ix_steps_state_dispatched_at", table_name="steps")
    op.drop_index("ix_steps_state_phase", table_name="steps")
    op.drop_index("ix_jobs_line", table_name="jobs")
