"""The search as a LangChain retriever, for whoever builds a chain on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

    from index.search import Index


def retriever(index: Index, *, document_id: str | None = None, limit: int = 10) -> BaseRetriever:
    """Return a LangChain retriever over an index, for one document or all.

    Each document it gives has a passage's text as `page_content` and as metadata: document_id, section (its heading),
    passage_id, start, end, score.
    """
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

    class WardbookRetriever(BaseRetriever):
        def _get_relevant_documents(
            self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
        ) -> list[Document]:
            return [
                Document(
                    id=hit.passage.id,
                    page_content=hit.passage.text,
                    metadata={
                        "document_id": hit.passage.document_id,
                        "section": index.heading(hit.passage),
                        "passage_id": hit.passage.id,
                        "start": hit.passage.start,
                        "end": hit.passage.end,
                        "score": hit.score,
                    },
                )
                for hit in index.search(query, document_id=document_id, limit=limit)
            ]

    return WardbookRetriever()
