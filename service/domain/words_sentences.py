"""The English of what pipeline `sentences` says; see `words`."""

SENTENCES: dict[str, str] = {
    "pipeline.sentences": "Sentences",
    "phase.planning": "Planning",
    "phase.rewriting": "Rewriting",
    "phase.merging": "Merging",
    "phase.finishing": "Finishing",
    "detail.chunk": "chunk {chunk} of {chunks}",
    "detail.merging": "putting {chunks} chunks together",
    "log.chunk_failed": "Chunk {chunk} (pages {first} to {last}) failed; the others go on",
    "failure.chunk_failed": "Chunk {chunk} (pages {first} to {last}) could not be rewritten.",
    "advice.chunk_failed": "Retry: it is tried alone, and what was done stays.",
    "failure.sentences_refused": "{engine} did not want to rewrite {sentences} sentences of chunk {chunk}.",
    "advice.sentences_refused": "They were split without changing a word. Read them, and change what reads badly.",
    "failure.all_chunks_failed": "None of the chunks of this book could be rewritten.",
    "advice.all_chunks_failed": "Try again later, or choose to have it split without a language model.",
    "failure.no_sentences": "No sentence was found in this document.",
    "advice.no_sentences": "Look at its text: it may be in pictures, or all of it was left out by the options.",
}
