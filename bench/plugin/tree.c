// SPDX-License-Identifier: GPL-2.0-only
#include "tree.h"

#include <string.h>

#include "memory.h"

#define BUCKETS		4096

static size_t bucket_of(const struct node *parent, uint64_t entry)
{
	uint64_t mixed = (entry ^ (uint64_t)parent->number << 40) *
			 0x9e3779b97f4a7c15u;

	return mixed >> 52;
}

_Static_assert(BUCKETS == 1 << (64 - 52), "a bucket's number has 12 bits");

static struct node *node_new(struct tree *tree, const struct node *parent,
			     uint64_t entry)
{
	struct node *node = new(sizeof(*node));

	node->number = tree->count;
	node->parent = parent;
	node->entry = entry;
	tree->nodes = grown(tree->nodes, tree->count, sizeof(*tree->nodes));
	tree->nodes[tree->count++] = node;
	return node;
}

void tree_init(struct tree *tree)
{
	memset(tree, 0, sizeof(*tree));
	tree->buckets = new(BUCKETS * sizeof(*tree->buckets));
	node_new(tree, NULL, 0);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		release(tree->nodes[i]);
	release(tree->nodes);
	release(tree->buckets);
	memset(tree, 0, sizeof(*tree));
}

/* The node of a call from another one, made when it is the first. */
static struct node *child(struct tree *tree, const struct node *parent,
			  uint64_t entry)
{
	struct node **bucket = &tree->buckets[bucket_of(parent, entry)];
	struct node *node;

	for (node = *bucket; node; node = node->chain)
		if (node->parent == parent && node->entry == entry)
			return node;
	node = node_new(tree, parent, entry);
	node->chain = *bucket;
	*bucket = node;
	return node;
}

static struct node *top(const struct stack *stack, const struct tree *tree)
{
	if (!stack->depth)
		return tree->nodes[0];
	return stack->frames[stack->depth - 1].node;
}

void stack_begin(struct stack *stack, struct tree *tree)
{
	stack->depth = 0;
	stack->node = top(stack, tree);
}

void tree_called(struct tree *tree, struct node *node, int series)
{
	if (series >= 0) {
		node->calls[series]++;
		return;
	}
	if (!node->pending++) {
		node->touched = tree->touched;
		tree->touched = node;
	}
}

static void push(struct stack *stack, struct tree *tree, uint64_t entry,
		 uint64_t back, uint64_t other)
{
	struct node *node;

	if (stack->depth == STACK_DEPTH)
		return;
	node = child(tree, stack->node, entry);
	tree_called(tree, node, -1);
	stack->frames[stack->depth++] = (struct frame){ node, back, other };
	stack->node = node;
}

/* Leave calls until one that returns to an address. Returns whether there is one. */
static bool pop_to(struct stack *stack, const struct tree *tree, uint64_t to)
{
	for (size_t depth = stack->depth; depth-- > 0;) {
		const struct frame *frame = &stack->frames[depth];

		if (to && (frame->back == to || frame->other == to)) {
			stack->depth = depth;
			stack->node = top(stack, tree);
			return true;
		}
	}
	return false;
}

/*
 * A return to where no call came from is a jump: a retpoline pushes an address of
 * its own and returns to it. The call that pushed is over, the one around it is
 * in the function that was jumped to.
 */
static void jump_by_return(struct stack *stack, struct tree *tree, uint64_t to)
{
	struct frame around;

	if (stack->depth < 2)
		return;
	around = stack->frames[stack->depth - 2];
	stack->depth -= 2;
	stack->node = top(stack, tree);
	push(stack, tree, to, around.back, around.other);
}

void stack_move(struct stack *stack, struct tree *tree, const struct leg *leg,
		uint64_t to)
{
	switch (leg->flow) {
	case CALL:
		push(stack, tree, leg->target ? leg->target : to, leg->end, 0);
		/* An interrupt came before the first instruction. */
		if (leg->target && leg->target != to)
			push(stack, tree, to, leg->target, 0);
		return;
	case RETURN:
		if (!pop_to(stack, tree, to))
			jump_by_return(stack, tree, to);
		return;
	case LEAVE:
		/* Into another world than the one that was left: nothing is known. */
		if (!pop_to(stack, tree, to))
			stack_begin(stack, tree);
		return;
	case ANYWHERE:
		return;
	case AHEAD:
		break;
	}
	/* Itself again: a string instruction, a loop, an access that was repeated. */
	if (to >= leg->begin && to < leg->end)
		return;
	if (to == leg->next || (leg->target && to == leg->target))
		return;
	push(stack, tree, to, leg->next, leg->target);
}

void tree_settle(struct tree *tree, int series)
{
	while (tree->touched) {
		struct node *node = tree->touched;

		tree->touched = node->touched;
		if (series >= 0)
			node->calls[series] += node->pending;
		node->pending = 0;
	}
}
