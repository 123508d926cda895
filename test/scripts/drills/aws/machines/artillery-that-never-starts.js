// Replaces `artillery run-fargate` that waits for its machines until it is ended.
setInterval(() => {}, 60_000);
