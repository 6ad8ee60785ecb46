-- Codes of failures by integration, of reports and of calls: which of them no table of codes knows. What succeeds writes nothing here.
CREATE INDEX receipt_failure_code_idx ON receipt (integration_id, status_code) INCLUDE (received_at)
  WHERE error_class IS NOT NULL;
CREATE INDEX submission_rejection_code_idx ON submission (integration_id, status_code) INCLUDE (started_at)
  WHERE outcome = 'rejected';
