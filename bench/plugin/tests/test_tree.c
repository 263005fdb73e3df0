// SPDX-License-Identifier: GPL-2.0-only
/* The shadow stack, driven by hand. */
#include "tree.h"

#include "../../guest/tests/test.h"

static struct tree tree;
static struct stack stack;

/* A leg of 16 bytes from @begin that goes on as @flow. */
static void move(uint64_t begin, enum flow flow, uint64_t target, uint64_t to)
{
	struct leg leg = { begin, begin + 16, begin + 16, flow, target };

	stack_move(&stack, &tree, &leg, to);
}

static void start(void)
{
	tree_free(&tree);
	tree_init(&tree);
	stack_begin(&stack, &tree);
}

/* Is the vCPU in calls of these functions, the last of them innermost? */
static bool is_in(size_t depth, const uint64_t *entries)
{
	const struct node *node = stack.node;

	if (stack.depth != depth)
		return false;
	while (depth--) {
		if (node->entry != entries[depth])
			return false;
		node = node->parent;
	}
	return node->number == 0;
}

#define IN(...)								\
	is_in(sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t),	\
	      (uint64_t[]){ __VA_ARGS__ })

static void calls_and_returns(void)
{
	start();
	move(0x100, AHEAD, 0, 0x110);
	CHECK(stack.depth == 0);
	move(0x110, CALL, 0x500, 0x500);
	CHECK(IN(0x500));
	move(0x500, CALL, 0, 0x600);
	CHECK(IN(0x500, 0x600));
	/* a loop and a jump */
	move(0x600, AHEAD, 0x600, 0x600);
	move(0x600, AHEAD, 0x680, 0x680);
	CHECK(IN(0x500, 0x600));
	move(0x680, RETURN, 0, 0x510);
	CHECK(IN(0x500));
	/* the same call again is the same node */
	move(0x510, CALL, 0x600, 0x600);
	CHECK(IN(0x500, 0x600) && tree.count == 3);
	/* a tail call returns to the caller's caller */
	move(0x600, AHEAD, 0x900, 0x900);
	move(0x900, RETURN, 0, 0x520);
	CHECK(IN(0x500));
	move(0x520, RETURN, 0, 0x120);
	CHECK(stack.depth == 0);
	/* a return from where counting began */
	move(0x120, RETURN, 0, 0x50);
	CHECK(stack.depth == 0);
}

static void retpoline(void)
{
	start();
	move(0x100, CALL, 0x700, 0x700);
	CHECK(IN(0x700));
	/* The thunk calls behind its trap, and returns to the register's address. */
	move(0x700, CALL, 0x720, 0x720);
	move(0x720, RETURN, 0, 0x500);
	CHECK(IN(0x500));
	move(0x500, RETURN, 0, 0x110);
	CHECK(stack.depth == 0);
}

static void interrupts(void)
{
	start();
	move(0x100, CALL, 0x500, 0x500);
	/* between two blocks, behind a jump that may go two ways */
	move(0x500, AHEAD, 0x580, 0x8000);
	CHECK(IN(0x500, 0x8000));
	move(0x8000, CALL, 0x9000, 0x9000);
	move(0x9000, RETURN, 0, 0x8010);
	move(0x8010, LEAVE, 0, 0x580);
	CHECK(IN(0x500));
	move(0x580, AHEAD, 0, 0x8000);
	move(0x8000, LEAVE, 0, 0x590);
	CHECK(IN(0x500));
	/* before the first instruction of a function */
	move(0x590, CALL, 0x600, 0x8000);
	CHECK(IN(0x500, 0x600, 0x8000));
	move(0x8000, LEAVE, 0, 0x600);
	CHECK(IN(0x500, 0x600));
	/* back to another world than it came from */
	move(0x600, LEAVE, 0, 0x12345);
	CHECK(stack.depth == 0);
}

static void exceptions(void)
{
	struct leg cut = { 0x500, 0x510, 0x508, AHEAD, 0 };

	start();
	move(0x100, CALL, 0x500, 0x500);
	/* a device access cuts a block short and goes on within it */
	stack_move(&stack, &tree, &cut, 0x508);
	CHECK(IN(0x500));
	/* an exception does not */
	stack_move(&stack, &tree, &cut, 0x8000);
	CHECK(IN(0x500, 0x8000));
	move(0x8000, LEAVE, 0, 0x508);
	CHECK(IN(0x500));
}

static void deep(void)
{
	start();
	for (uint64_t i = 0; i < STACK_DEPTH + 50; i++)
		move(0x1000 * i, CALL, 0x1000 * (i + 1), 0x1000 * (i + 1));
	CHECK(stack.depth == STACK_DEPTH);
	CHECK(stack.node->entry == 0x1000 * STACK_DEPTH);
}

/* Where a block led before: as by stack_move(), or not at all. */
static void followed(void)
{
	struct node *root, *node;

	start();
	root = stack.node;
	CHECK(!stack_follow(&stack, RETURN, 0x510, 0x110, root));
	move(0x100, CALL, 0x500, 0x500);
	node = stack.node;
	/* another address than the call's, another node, neither call nor return */
	CHECK(!stack_follow(&stack, RETURN, 0x510, 0x120, root));
	CHECK(!stack_follow(&stack, RETURN, 0x510, 0x110, node));
	CHECK(!stack_follow(&stack, AHEAD, 0x510, 0x110, root));
	CHECK(IN(0x500));
	CHECK(stack_follow(&stack, RETURN, 0x510, 0x110, root));
	CHECK(stack.depth == 0 && stack.node == root);
	CHECK(stack_follow(&stack, CALL, 0x200, 0x500, node));
	CHECK(IN(0x500));
	move(0x500, RETURN, 0, 0x200);
	CHECK(stack.depth == 0);
	for (uint64_t i = 0; i < STACK_DEPTH; i++)
		move(0x1000 * i, CALL, 0x1000 * (i + 1), 0x1000 * (i + 1));
	CHECK(!stack_follow(&stack, CALL, 0x200, 0x500, node));
}

static void series(void)
{
	struct node *node;

	start();
	move(0x100, CALL, 0x500, 0x500);
	node = stack.node;
	tree_settle(&tree, 1);
	CHECK(node->calls[1] == 1 && !node->calls[0] && !node->pending);
	stack_begin(&stack, &tree);
	move(0x100, CALL, 0x500, 0x500);
	tree_settle(&tree, -1);
	CHECK(node->calls[1] == 1 && !node->pending);
}

int main(void)
{
	calls_and_returns();
	retpoline();
	interrupts();
	exceptions();
	deep();
	followed();
	series();
	tree_free(&tree);
	return 0;
}
