"""What customers asked."""

from sqlalchemy import text

# Answers that cite nothing, each with its question. Questions that differ in capitals, spaces and
# what they end with are one; the latest wording stands for all.
UNANSWERED = text(
    r"""
WITH asked AS (
    SELECT left(question.content, 500) AS wording, question.created_at AS at, question.id,
           left(lower(btrim(regexp_replace(question.content, '\s+', ' ', 'g'),
                            ' ?!.…¿¡？！。')), 500) AS likeness
    FROM conversation
         JOIN message AS answer ON answer.conversation_id = conversation.id
         JOIN message AS question ON question.id = answer.reply_to
    WHERE conversation.project_id = :project_id AND conversation.integration_id IS NOT NULL
      AND conversation.updated_at >= :since
      AND answer.role = 'assistant' AND answer.status = 'complete' AND answer.citations = '[]'
      AND question.created_at >= :since
)
SELECT (array_agg(wording ORDER BY at DESC, id DESC))[1] AS question, count(*) AS times,
       max(at) AS last_at, count(*) OVER () AS kinds
FROM asked
GROUP BY likeness
ORDER BY max(at) DESC, likeness
LIMIT :count
"""
)
